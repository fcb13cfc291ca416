from sim.experiments.comparing.compare import compare as compare
from sim.experiments.run import run as run
from sim.model import build as build
from sim.notebook import explain as explain
from sim.notebook import load as load
from sim.notebook import numbers as numbers
from sim.notebook import rank as rank
from sim.notebook import sweep as sweep
from sim.notebook import with_changes as with_changes
from sim.notebook import with_interventions as with_interventions
from sim.notebook import with_values as with_values

__version__: str

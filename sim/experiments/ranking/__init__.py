"""Ranking portfolios of interventions under a budget: which to build, how sure that is, and what it hangs on."""

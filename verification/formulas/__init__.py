"""What theory says, worked out without a simulation; knows nothing of the engine. Each formula names its source."""

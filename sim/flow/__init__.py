"""The flow: parcels in arrays through nodes; numpy only, no simpy, no YAML."""

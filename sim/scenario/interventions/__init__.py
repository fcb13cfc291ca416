"""Interventions and disruptions: what is proposed or may happen, as dated changes of the world."""

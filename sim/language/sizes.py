"""What the sizes of an intervention are called: its own, and those of its measures by the name of the field."""

from sim.language.catalogue import marked

LABELS = {
    "ramp": marked("time to grow to its full size"),
    "capital": marked("capital"),
    "running_per_year": marked("running cost a year"),
    "fleet": marked("further vehicles"),
    "when_ready": marked("load that a departure waits for, times"),
    "min_gap": marked("least time between departures, times"),
    "payload": marked("what a departure carries, times"),
    "servers": marked("further servers"),
    "service": marked("service time, times"),
    "dwell": marked("dwell, times"),
    "release": marked("time of release, times"),
    "examined": marked("share examined, times"),
    "stock": marked("stock, times"),
    "assortment": marked("share of goods that is stocked, times"),
    "pickers": marked("further pickers"),
    "close_after": marked("longest time that a container stays open, times"),
    "tariff": marked("tariff, times"),
    "returned": marked("share handed back, times"),
    "worth": marked("worth to a buyer, an order"),
    "per_year": marked("further people trained a year"),
    "places": marked("further places for sellers"),
    "entries_per_year": marked("further sellers that would enter a year"),
    "saturation": marked("sellers at which nobody enters, times"),
    "per_parcel": marked("paid for a parcel"),
    "limit": marked("duty-free limit"),
    "transit": marked("transit, times"),
    "factor": marked("orders that could be placed, times"),
    "shares": marked("share of {what}"),
    "products": marked("orders of {what}, times"),
    "set": marked("{number}, new value"),
    "add": marked("{number}, added"),
    "multiply": marked("{number}, times"),
}
"""With `{what}` for a region or product that one number is of, `{number}` for what a plain change changes."""

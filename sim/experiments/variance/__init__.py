"""What share of an indicator's variance rests on which numbers: what varies, the runs, how it is shared out."""

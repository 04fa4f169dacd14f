"""One core of sending, for replies and campaigns alike.

ranks        which of two statuses stands
tokens       what the provider gives back in every receipt
told         what the receipts of one message say together
verdict      what an answer makes of the message it was about
reach        how far an error reaches, and what it stops
claims       what a process claimed before it died
withdrawals  whose "no more marketing" the provider reports
"""

"""What Poolkeeper costs, side by side with what people would use instead: `make bench`.

__main__      the command                     options     what is measured, how much, how often
bed           API server and stand-ins        accounts    one stand-in process; what it was asked
kube          the bench's own hand in it      watching    when each status said so
contender     who is measured                 contenders  the three that are not Poolkeeper
pools         what the pools look like        proc        CPU and memory of a process
cold, steady, changes, restart, idle          one phase each
quiet         minutes without any change      protection  rate limit, throttled and slow accounts
sizing        the formula                     micro       deciding "in sync" of one body
looks         a quiet look, beside other checkouts
stats, targets, cells, table, alone, plot, report         from numbers to pages

No number here is asserted in a test: machines differ. What is compared was measured in one run on one machine.
"""

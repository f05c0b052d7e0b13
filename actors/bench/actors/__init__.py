"""Our hosts beside other actor libraries and beside raw queues, in one run."""

"""One module per figure of the bench; each has `measure(stack, report)`."""

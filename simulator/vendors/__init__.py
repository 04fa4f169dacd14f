"""A vendor of AI that is not one: rules answer from what the prompt holds, and magic words in what
a patient writes choose how it fails.
"""

"""What a plain Django project does with a webhook: the floor of the accept figures."""

"""What every page's template is given."""


def shell(request):
    return {}

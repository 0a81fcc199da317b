"""Forms in the design language: every field with its label, help and error in one order."""

from django.forms.renderers import DjangoTemplates


class CounterBookRenderer(DjangoTemplates):
    """Named by FORM_RENDERER, so that `{{ form }}` and `{{ field.as_field_group }}` come out in kit's own partials."""

    form_template_name = "kit/_form.html"
    field_template_name = "kit/_field.html"

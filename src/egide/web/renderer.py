"""How Django draws a whole form by itself: with the same field groups as the `field` tag."""

from django.forms.renderers import DjangoTemplates


class FormRenderer(DjangoTemplates):
    """`{{ form }}` and `{{ form.x.as_field_group }}` drawn as `{% fields form %}` and `{% field form.x %}`."""

    form_template_name = "components/_form.html"
    field_template_name = "components/_field_group.html"

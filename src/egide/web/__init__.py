"""The design system: layout, components, drawings, static files. Used by template name, never imported."""

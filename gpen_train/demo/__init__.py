"""A page to try models in a browser, for this machine alone. Gradio is imported in `app.py` and the tabs."""

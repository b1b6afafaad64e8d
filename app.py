"""The entry point: the server imports this file once, and Streamlit runs it for every visit of a page."""

import streamlit as st

if __name__ == "__main__":
    from pages.parts import site

    site.show()
else:
    from starlette.middleware import Middleware

    from pages.parts import door, language, moving, server, visitor

    app = st.App(
        __file__,
        lifespan=server.lifespan,
        routes=moving.routes(),
        middleware=[
            Middleware(door.Door),
            Middleware(language.Spelling),
            Middleware(visitor.Cookie),
            Middleware(visitor.Presence),
        ],
        on_script_error=server.show_error,
    )

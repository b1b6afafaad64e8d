"""The entry point: the server imports this file once, and Streamlit runs it for every visit of a page."""

import streamlit as st

if __name__ == "__main__":
    from pages.parts.frame import site

    site.show()
else:
    from starlette.middleware import Middleware

    from pages.parts.frame.routes import routes
    from pages.parts.server import addresses, door, lifespan, visitor

    app = st.App(
        __file__,
        lifespan=lifespan.lifespan,
        routes=routes(),
        middleware=[
            Middleware(door.Door),
            Middleware(addresses.Spelling),
            Middleware(visitor.Cookie),
            Middleware(visitor.Presence),
        ],
        on_script_error=lifespan.show_error,
    )

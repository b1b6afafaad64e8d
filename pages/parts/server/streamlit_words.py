"""What Streamlit and its canvas say by themselves, always in English."""

from cnn.i18n import N_, _

_WORDS = (
    # Around every page.
    N_("Skip to main content"),
    N_("App pages"),
    N_("Expand sidebar"),
    N_("Collapse sidebar"),
    N_("Link to heading"),
    N_("Notifications"),
    N_("Close"),
    # Where an address has no page.
    N_("Page not found"),
    N_("The page that you have requested does not seem to exist. Running the app's main page."),
    # The canvas.
    N_("Update the app with this drawing"),
    N_("Undo"),
    N_("Redo"),
    N_("Edit"),
    N_("Reset canvas & history"),
    # Fields.
    N_("Open"),
    N_("Choose an option"),
    N_("Choose options"),
    N_("No results"),
    N_("Clear all"),
    N_("Increment"),
    N_("Decrement"),
    N_("Clear value"),
    # Files and the camera.
    N_("file upload"),
    N_("Upload"),
    N_("Uploading..."),
    N_("Drag and drop a file here"),
    N_("This app would like to use your camera."),
    N_("Learn how to allow access."),
    N_("Take Photo"),
    N_("Switch camera"),
    N_("Snapshot"),
    N_("Clear photo"),
    # What goes over several pages.
    N_("Pagination"),
    N_("Previous page"),
    N_("Next page"),
    # Tables and code.
    N_("Copy to clipboard"),
    N_("Show/hide columns"),
    N_("Download as CSV"),
    N_("Search"),
    N_("Fullscreen"),
    N_("Close fullscreen"),
    N_("Sort ascending"),
    N_("Sort descending"),
    N_("Format"),
    N_("Autosize"),
    N_("Pin column"),
    N_("Unpin column"),
    N_("Hide column"),
    N_("Select all"),
)


def streamlit_words() -> dict[str, str]:
    """Each of Streamlit's own words with what it is called in the page's language; "#" is any number."""
    return {
        **{word: _(word) for word in _WORDS},
        "Press Enter to apply": _("Press Enter to apply"),
        "visibility icon": _("An eye"),
        "#MB per file": _("At most {size} MB").format(size="#"),
        "# more": _("{count} more").format(count="#"),
        "Page #": _("Page {number}").format(number="#"),
        # As the tooltips of fields say it that refuse what was brought.
        "Error: File must be #MB or smaller.": _("The file may have {size} MB at most.").format(size="#"),
        "Error: Number is outside the allowed range. Please enter a value between # and #.": _(
            "Enter a number from {lowest} to {highest}."
        ).format(lowest="#", highest="#"),
        "Error: Number is below the allowed range. Please enter a value greater than or equal to #.": _(
            "Enter a number from {lowest} up."
        ).format(lowest="#"),
        "Error: Number is above the allowed range. Please enter a value less than or equal to #.": _(
            "Enter a number up to {highest}."
        ).format(highest="#"),
    }

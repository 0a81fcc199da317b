"""The shape of what is asked on the pages of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """One file or several, each checked."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        clean = super().clean
        files = data if isinstance(data, list | tuple) else [data]
        return [clean(file, initial) for file in files or [None]]


class FilesForm(forms.Form):
    """The files a shop exported."""

    file = ManyFiles(
        label=_("The files your shop exported"),
        error_messages={
            "required": _("Please choose a file first."),
            "empty": _("This file is empty. Export it again and look whether it holds anything."),
        },
    )


class PasteForm(forms.Form):
    """People, one on each line."""

    text = forms.CharField(
        label=_("One person on each line"),
        help_text=_("A name, then an e-mail address or a telephone number. What else you write is kept as a note."),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Write at least one person first.")},
    )

### The person's own details, on the page of settings.

settings-language = Language
settings-language-about = We write your mails in it, and show you these pages in it.
settings-save = Save

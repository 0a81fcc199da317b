"""The shell's pages, one file each."""

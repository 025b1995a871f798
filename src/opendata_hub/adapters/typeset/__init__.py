"""Letters as PDF: typst sets them, in fonts of the package index, with days told by Babel."""

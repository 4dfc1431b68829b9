"""Export formats: a recognition result as JSON, CSV, XLSX, DOCX, Markdown, text or searchable PDF.

Files are written as streams with one document in memory; nothing is stored. Imports no Django.
"""

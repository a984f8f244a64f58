"""The report: what a person and what a machine reads of a run.

Comes after ``validate``; used by ``api`` and ``cli``. ``collect`` takes the findings and sums them up,
``text`` and ``json`` print the sum, ``safe`` makes untrusted text harmless. A new format is one file here.
"""

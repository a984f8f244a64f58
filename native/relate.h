/* Relations that surely hold: a look at the staged rows that spares most files the queries. */
#ifndef STREAM_IMPORT_RELATE_H
#define STREAM_IMPORT_RELATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* relations_may(keys, refs, questions, threads) -> tuple of bool, see `native_relations.py`. */
PyObject *relate_may(PyObject *module, PyObject *args);

#endif

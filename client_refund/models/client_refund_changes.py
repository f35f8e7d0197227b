def filter_changed(records, vals, names):
    """Those of these records that values would make say something else; the same again changes nothing.

    :param names: set of str, the fields that matter
    """
    written = {name: vals[name] for name in names & vals.keys()}
    return records.filtered(lambda record: any(_is_changed(record, name, value) for name, value in written.items()))


def _is_changed(record, name, value):
    field = record._fields[name]
    return record[name] != field.convert_to_record(field.convert_to_cache(value, record), record)

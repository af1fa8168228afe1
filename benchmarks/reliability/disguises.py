"""Ways around a list of operations: allowed ones, put together to reach a file."""

from collections.abc import Callable
from typing import Any

from benchmarks.reliability.lent_name import call_the_saver_under_another_name
from newsdesk import features
from tests.support.poisoned_models import Change, function, node, saver, signature

_READ = "InitializeTableFromTextFileV2"


def _call_the_saver(meta: Any) -> None:
    served = meta.signature_def[features.SERVING_TEXT]
    served.inputs["text"].name = meta.saver_def.filename_tensor_name
    served.outputs["label"].name = meta.saver_def.save_tensor_name


def _start_with_the_saver(meta: Any) -> None:
    filename = meta.saver_def.filename_tensor_name.partition(":")[0]
    node(meta, filename).op = "PlaceholderWithDefault"
    (name,) = meta.collection_def["saved_model_main_op"].node_list.value
    saved = meta.saver_def.save_tensor_name.partition(":")[0]
    node(meta, name).input.append(f"^{saved}")


def _name_the_saver_as_initializer(meta: Any) -> None:
    listed = meta.collection_def["saved_model_main_op"].node_list.value
    listed[0] = meta.saver_def.save_tensor_name.partition(":")[0]


def _give_the_saver_to_python(meta: Any) -> None:
    held = meta.object_graph_def.nodes.add()
    held.bare_concrete_function.concrete_function_name = saver(meta)


def _copy_the_saver(meta: Any) -> None:
    copied = meta.graph_def.library.function.add()
    copied.CopyFrom(function(meta, saver(meta)))
    copied.signature.name = saver(meta) + "1"
    call = signature(meta).node_def.add(name="poison", op="PartitionedCall")
    call.attr["f"].func.name = copied.signature.name


def _call_the_saver_within(meta: Any) -> None:
    call = signature(meta).node_def.add(name="poison", op="PartitionedCall")
    call.attr["f"].func.name = saver(meta)


def _save_elsewhere(meta: Any) -> None:
    for one in function(meta, saver(meta)).node_def:
        values = one.attr["value"].tensor.string_val
        if one.op == "Const" and list(values) == [b"_temp/part"]:
            values[0] = b"/../../../x"


def _save_behind_a_separator(meta: Any) -> None:
    for one in function(meta, saver(meta)).node_def:
        if one.op == "StringJoin":
            one.attr["separator"].s = b"/../../x/"


def _merge_another_folder(meta: Any) -> None:
    for one in function(meta, saver(meta)).node_def:
        if one.op == "MergeV2Checkpoints":
            one.input[0] = "Const:output:0"


def _lose_the_savers_placeholder(meta: Any) -> None:
    meta.saver_def.filename_tensor_name = "nowhere:0"


def _read_a_constant_path(meta: Any) -> None:
    served = signature(meta)
    path = served.node_def.add(name="path", op="Const")
    path.attr["value"].tensor.string_val.append(b"/etc/passwd")
    served.node_def.add(name="t", op="HashTableV2")
    served.node_def.add(name="poison", op=_READ, input=["t:0", "path:output:0"])


def _read_what_a_client_names(meta: Any) -> None:
    served = signature(meta)
    served.node_def.add(name="t", op="HashTableV2")
    served.node_def.add(name="poison", op=_READ, input=["t:0", "text"])


def _read_a_joined_path(meta: Any) -> None:
    for name in ("a", "b"):
        meta.graph_def.node.add(name=f"part_{name}", op="Const")
    meta.graph_def.node.add(name="j", op="StringJoin", input=["part_a", "part_b"])
    meta.graph_def.node.add(name="t", op="HashTableV2")
    meta.graph_def.node.add(name="poison", op=_READ, input=["t", "j"])


def _name_assets_as_tensorflow_1_does(meta: Any) -> None:
    meta.collection_def["saved_model_assets"].any_list.value.add()


def _leave_the_objects_out(meta: Any) -> None:
    meta.ClearField("object_graph_def")


def _climb_out_of_assets(meta: Any) -> None:
    meta.asset_file_def[0].filename = "../../../etc/passwd"


def _name_an_asset_from_the_root(meta: Any) -> None:
    meta.asset_file_def[0].filename = "/etc/passwd"


def _replace_the_path(meta: Any) -> None:
    path = node(meta, _asset(meta))
    path.op = "Const"
    path.attr["value"].tensor.string_val.append(b"/etc/passwd")


def _assign_another_path(meta: Any) -> None:
    assign = _assignment(meta)
    meta.graph_def.node.add(name="path", op="Const")
    again = [assign.input[0], "path"]
    meta.graph_def.node.add(name="again", op="AssignVariableOp", input=again)


def _assign_by_another_name(meta: Any) -> None:
    assign = _assignment(meta)
    shared = node(meta, assign.input[0])
    twin = meta.graph_def.node.add()
    twin.CopyFrom(shared)
    twin.name = "twin"
    twin.attr["shared_name"].s = shared.attr["shared_name"].s or shared.name.encode()


def _let_a_client_give_the_path(meta: Any) -> None:
    served = meta.signature_def[features.SERVING_TEXT]
    served.inputs["text"].name = f"{_asset(meta)}:0"


def _capture_another_object(meta: Any) -> None:
    bound = meta.object_graph_def.concrete_functions[_reader(meta)].bound_inputs
    bound[:] = [0 for _ in bound]


def _capture_nothing(meta: Any) -> None:
    del meta.object_graph_def.concrete_functions[_reader(meta)].bound_inputs[:]


def _read_in_a_branch(meta: Any) -> None:
    call = signature(meta).node_def.add(name="poison", op="If")
    call.attr["then_branch"].func.name = _reader(meta)


def _read_what_a_client_names_in_a_call(meta: Any) -> None:
    given = [signature(meta).signature.input_arg[0].name] * 2
    call = signature(meta).node_def.add(
        name="poison", op="StatefulPartitionedCall", input=given
    )
    call.attr["f"].func.name = _reader(meta)


def _asset(meta: Any) -> str:
    """The name of the placeholder that the loader gives the path of the asset."""
    name: str = meta.asset_file_def[0].tensor_info.name.partition(":")[0]
    return name


def _assignment(meta: Any) -> Any:
    """The node that puts the path into a variable."""
    return next(one for one in meta.graph_def.node if _asset(meta) in one.input)


def _reader(meta: Any) -> str:
    """The name of the function that reads the file."""
    found: str = next(
        one.signature.name
        for one in meta.graph_def.library.function
        if any(inner.op == _READ for inner in one.node_def)
    )
    return found


def _named(*changes: Callable[[Any], None]) -> dict[str, Change]:
    return {change.__name__.strip("_").replace("_", " "): change for change in changes}


# By what they do; of a model with `text` -> `label`.
OF_ANY_MODEL = _named(
    _call_the_saver,
    _start_with_the_saver,
    _name_the_saver_as_initializer,
    _give_the_saver_to_python,
    _copy_the_saver,
    _call_the_saver_within,
    _save_elsewhere,
    _save_behind_a_separator,
    _merge_another_folder,
    call_the_saver_under_another_name,
    _lose_the_savers_placeholder,
    _read_a_constant_path,
    _read_what_a_client_names,
    _read_a_joined_path,
    _name_assets_as_tensorflow_1_does,
    _leave_the_objects_out,
)
# Of a model whose vocabulary is an asset.
OF_A_MODEL_WITH_A_TABLE = _named(
    _climb_out_of_assets,
    _name_an_asset_from_the_root,
    _replace_the_path,
    _assign_another_path,
    _assign_by_another_name,
    _let_a_client_give_the_path,
    _capture_another_object,
    _capture_nothing,
    _read_in_a_branch,
    _read_what_a_client_names_in_a_call,
)

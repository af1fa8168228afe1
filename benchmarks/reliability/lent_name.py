"""A way around a list of operations that TensorFlow's own optimizer opens."""

from typing import Any

from tests.support.poisoned_models import function, saver, signature

# TensorFlow's numbers of two types.
_STRING, _RESOURCE = 7, 20


def call_the_saver_under_another_name(meta: Any, prefix: str = "/../x") -> None:
    """Lets the optimizer call the saver where a harmless function is called.

    Args:
        meta: of a model with one variable.
        prefix: where the saver will write.
    """
    saves = function(meta, saver(meta))
    harmless = meta.graph_def.library.function.add()
    harmless.CopyFrom(saves)
    harmless.signature.name = "harmless"
    for field in ("node_def", "ret", "control_ret"):
        harmless.ClearField(field)
    harmless.signature.ClearField("control_output")
    name, result = "Identity", saves.signature.output_arg[0].name
    given = saves.signature.input_arg[0].name
    passes = harmless.node_def.add(name=name, op=name, input=[given])
    passes.attr["T"].type = _STRING
    harmless.ret[result] = f"{name}:output:0"
    for one, device in ((harmless, b"GPU"), (saves, b"CPU")):
        one.attr["api_implements"].s = b"x"
        one.attr["api_preferred_device"].s = device
    served = signature(meta)
    path = served.node_def.add(name="path", op="Const")
    path.attr["dtype"].type = _STRING
    path.attr["value"].tensor.dtype = _STRING
    path.attr["value"].tensor.tensor_shape.SetInParent()
    path.attr["value"].tensor.string_val.append(prefix.encode())
    captured = next(
        one.name for one in served.signature.input_arg if one.type == _RESOURCE
    )
    kinds = [one.type for one in saves.signature.input_arg]
    call = served.node_def.add(name="poison", op="StatefulPartitionedCall")
    call.input.extend(
        captured if kind == _RESOURCE else "path:output:0" for kind in kinds
    )
    call.attr["f"].func.name = "harmless"
    call.attr["Tin"].list.type.extend(kinds)
    call.attr["Tout"].list.type.append(_STRING)
    served.signature.control_output.append("poison")
    served.control_ret["poison"] = "poison"

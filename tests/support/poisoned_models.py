"""SavedModels with something in them that must never be loaded.

A clean model is written once and its protocol buffers are altered, so that each poison
is the only difference.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from newsdesk import features

Change = Callable[[Any], None]

# They touch files, the network, the screen, Python or other processes.
REFUSED = """
    PyFunc PyFuncStateless EagerPyFunc ReadFile WriteFile MatchingFiles Print PrintV2
    Save SaveSlices SaveV2 Restore RestoreSlice RestoreV2 MergeV2Checkpoints
    ShardedFilename LoadAndRemapMatrix GenerateVocabRemapping DecodeProtoV2
    TextLineDataset TFRecordDataset FixedLengthRecordDatasetV2 SnapshotDatasetV2
    ReaderReadV2 TextLineReaderV2 WholeFileReaderV2 SaveDatasetV2 LoadDataset
    CreateSummaryFileWriter WriteSummary DebugIdentityV2 _Send _Recv CollectiveReduceV2
    RemoteCall RpcClient XlaLaunch TPUExecute DataServiceDatasetV2 ImmutableConst
    NoSuchOperation
""".split()


def export_with_table(folder: Path) -> None:
    """Writes a clean model whose vocabulary is an asset.

    Args:
        folder: where to.
    """
    import tensorflow as tf

    vocabulary = folder.with_suffix(".txt")
    vocabulary.write_text("oil\nteam\n")
    module = tf.Module()
    module.words = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(vocabulary),
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        default_value=-1,
    )

    spec = tf.TensorSpec([None], tf.string, features.TEXT)

    @tf.function(input_signature=[spec], autograph=False)
    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        return {features.LABEL: module.words.lookup(text)}

    module.answer = answer
    tf.saved_model.save(module, str(folder), {features.SERVING_TEXT: answer})


def export_with_canary(folder: Path, canary: Path) -> None:
    """Writes a model that makes a file as soon as it is loaded.

    Args:
        folder: where to.
        canary: the file.
    """
    import tensorflow as tf

    class Poison(tf.saved_model.experimental.TrackableResource):  # type: ignore[misc]
        def _create_resource(self) -> tf.Tensor:
            return tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> tf.Tensor:
            tf.io.write_file(str(canary), "was here")
            return tf.constant(1)

    module = tf.Module()
    module.poison = Poison()
    tf.saved_model.save(module, str(folder))
    canary.unlink(missing_ok=True)


def places(operation: str) -> dict[str, Change]:
    """Puts an operation wherever it could be run from.

    Args:
        operation: the name of one that is refused.

    Returns:
        By the name of the place, what puts it there.
    """

    def in_graph(meta: Any) -> None:
        meta.graph_def.node.add(name="poison", op=operation)

    def in_initializer(meta: Any) -> None:
        in_graph(meta)
        (name,) = meta.collection_def["saved_model_main_op"].node_list.value
        node(meta, name).input.append("^poison")

    def in_signature(meta: Any) -> None:
        signature(meta).node_def.add(name="poison", op=operation)

    def in_call(meta: Any, name: str = "__inference_poison_1") -> None:
        meta.graph_def.library.function.add().signature.name = name
        function(meta, name).node_def.add(name="inner", op=operation)
        call = signature(meta).node_def.add(name="poison", op="PartitionedCall")
        call.attr["f"].func.name = name

    def in_branch(meta: Any) -> None:
        in_call(meta)
        call = signature(meta).node_def[-1]
        call.op = "If"
        call.attr["then_branch"].func.name = "__inference_poison_1"

    def in_saver(meta: Any) -> None:
        function(meta, saver(meta)).node_def.add(name="poison", op=operation)

    def in_restorer(meta: Any) -> None:
        name = meta.saver_def.restore_op_name
        restorer = node(meta, name).attr["f"].func.name
        function(meta, restorer).node_def.add(name="poison", op=operation)

    def in_namesake(meta: Any) -> None:
        in_call(meta, name=saver(meta) + "1")

    def in_twin(meta: Any) -> None:
        whole = list(meta.graph_def.library.function)
        del meta.graph_def.library.function[:]
        twin = meta.graph_def.library.function.add()
        twin.signature.name = saver(meta)
        twin.node_def.add(name="poison", op=operation)
        meta.graph_def.library.function.extend(whole)

    return {
        f"{operation} in the graph": in_graph,
        f"{operation} in the initializer": in_initializer,
        f"{operation} in the signature": in_signature,
        f"{operation} in a function of the signature": in_call,
        f"{operation} in a branch": in_branch,
        f"{operation} in the saver": in_saver,
        f"{operation} in the restorer": in_restorer,
        f"{operation} in a namesake of the saver": in_namesake,
        f"{operation} in a twin of the saver": in_twin,
    }


def node(meta: Any, name: str) -> Any:
    """Finds a node of the graph itself."""
    return next(node for node in meta.graph_def.node if node.name == name)


def function(meta: Any, name: str) -> Any:
    """Finds a function of the library."""
    library = meta.graph_def.library.function
    return next(one for one in library if one.signature.name == name)


def signature(meta: Any) -> Any:
    """Finds the function of the signature."""
    library = meta.graph_def.library.function
    return next(one for one in library if "signature_wrapper" in one.signature.name)


def saver(meta: Any) -> str:
    """Names the function that saves."""
    name = meta.saver_def.save_tensor_name.partition(":")[0]
    found: str = node(meta, name).attr["f"].func.name
    return found

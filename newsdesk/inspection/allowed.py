"""The TensorFlow operations that a text classifier may consist of.

Every other operation is refused. The list leaves out operations that touch files, the
network, the screen or Python, and operations that future releases may add.
"""

# Loops are allowed here, because `trial` stops models whose loops do not end.
_STRUCTURE = """
    Assert AssignVariableOp Const DisableCopyOnRead EnsureShape Identity IdentityN If
    NoOp PartitionedCall Placeholder PlaceholderWithDefault PreventGradient
    ReadVariableOp ResourceGather StatefulPartitionedCall StatelessIf StatelessWhile
    StopGradient VarHandleOp VarIsInitializedOp While
"""
_SHAPES = """
    BroadcastArgs BroadcastTo ConcatV2 ExpandDims Fill GatherNd GatherV2
    InvertPermutation LowerBound MirrorPad OneHot OnesLike Pack Pad PadV2 Range Rank
    Reshape ReverseSequence ReverseV2 ScatterNd Shape ShapeN Size Slice
    SparseReshape SparseToDense Split SplitV Squeeze StridedSlice TensorScatterUpdate
    Tile Transpose Unpack Where ZerosLike
"""
_NUMBERS = """
    Abs Add AddN AddV2 All Any ArgMax ArgMin BatchMatMul BatchMatMulV2 BatchMatMulV3
    BiasAdd Bincount Cast Ceil ClipByValue Cumsum DenseBincount Einsum Elu Equal Erf
    Erfc Exp Expm1 Floor FloorDiv FloorMod FusedBatchNormV3 Greater GreaterEqual
    LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul
    Max Maximum Mean Min Minimum Mul MulNoNan Neg NotEqual Pow Prod RealDiv Reciprocal
    Relu Relu6 Round Rsqrt Select SelectV2 Selu Sigmoid Sign Softmax Softplus Sqrt
    Square SquaredDifference Sub Sum Tanh TopKV2 Unique UniqueV2
"""
# Rotary positions, which a ModernBERT has.
_ROTARY = "Cos Sin"
# Dropout, in encoders that can be fine-tuned.
_RANDOM = """
    RandomStandardNormal RandomUniform StatelessRandomGetAlg
    StatelessRandomGetKeyCounter StatelessRandomUniformV2 TruncatedNormal
"""
_STRINGS = """
    AsString RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace
    StringJoin StringLength StringLower StringSplitV2 StringStrip
    StringToHashBucketFast StringToHashBucketStrong StringUpper Substr
    UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript UnicodeTranscode
"""
# Those of tensorflow-text. TensorFlow Serving has all of them: 2.12.0 to 2.19.1 are
# built with TF.Text 2.12.1, and 2.20.0 with TF.Text 2.20.0, each with SentencePiece
# 0.1.96 (org_tensorflow_text and com_google_sentencepiece in its
# tensorflow_serving/workspace.bzl, and ops_lib in its model_servers/BUILD).
_TEXT = """
    CaseFoldUTF8 FastBertNormalize FastWordpieceTokenizeWithOffsets NormalizeUTF8
    NormalizeUTF8WithOffsetsMap RegexSplitWithOffsets SentencepieceOp
    SentencepieceTokenizeOp SentencepieceTokenizeWithOffsetsOp TFText>FastBertNormalize
    TFText>FastWordpieceTokenizeWithOffsets TFText>RoundRobinGenerateMasks
    TFText>RoundRobinTrim UnicodeScriptTokenizeWithOffsets
    WhitespaceTokenizeWithOffsets
    WordpieceTokenizeWithOffsets
"""
_RAGGED = """
    RaggedBincount RaggedGather RaggedRange RaggedTensorFromVariant
    RaggedTensorToSparse RaggedTensorToTensor RaggedTensorToVariant SegmentSum
    SparseFillEmptyRows SparseReorder UnsortedSegmentJoin UnsortedSegmentMax
    UnsortedSegmentSum
"""
# Tables may read files; `table_files` checks that these are assets of the model.
_TABLES = """
    HashTableV2 InitializeTableFromTextFileV2 InitializeTableV2 LookupTableFindV2
    LookupTableSizeV2
"""
_EXAMPLES = "ParseExample ParseExampleV2 ParseSingleExample"

OPERATIONS = frozenset(
    " ".join(
        (_STRUCTURE, _SHAPES, _NUMBERS, _ROTARY, _RANDOM)
        + (_STRINGS, _TEXT, _RAGGED, _TABLES, _EXAMPLES)
    ).split()
)

# Allowed only in the saver's two functions; `save_functions` checks how they are used.
SAVE = frozenset(
    """
    Const DisableCopyOnRead Identity MergeV2Checkpoints NoOp Pack ReadVariableOp SaveV2
    Select ShardedFilename StaticRegexFullMatch StringJoin
    """.split()
)
RESTORE = frozenset("AssignVariableOp Const Identity NoOp RestoreV2".split())

namespace NextLayer.Bench.Measurements;

/// <summary>Pipelines that cost nothing to execute: what remains is the engine.</summary>
internal static class Definitions
{
    public const string OneStep = """{"steps": ["a"]}""";

    public const string ThreeSteps = """{"steps": ["a", "b", "c"]}""";

    /// <summary>One child run with one step for each of <c>input.items</c>.</summary>
    public const string ForEach = """
        {"nodes": [{"id": "each", "type": "for_each", "data": {"config": {
            "items": "{{ input.items }}", "concurrency": 50,
            "body": {"nodes": [{"id": "one", "type": "transform", "data": {"config": {"mode": "object", "output": {"n": "{{ item }}"}}}}], "edges": []}
        }}}], "edges": []}
        """;
}

using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;
using NextLayer.Worker.Execution;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Worker.Steps;

/// <summary><c>for_each</c>: lists the items; making a run of each, and collecting what comes of them, is the control plane's.</summary>
internal sealed class ForEachStep : IStepHandler
{
    public const string ItemsType = "ITEMS_TYPE";
    public const string ItemsLimit = "ITEMS_LIMIT";

    private const int MostItems = 10_000;
    private const int MaxItemBytes = 1024 * 1024;
    private const int MaxScopeBytes = 64 * 1024;

    public string Type => "for_each";

    public bool IsImmediate => true;

    public Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct) => Task.FromResult(Execute(context));

    private static StepResult Execute(StepContext context)
    {
        var config = new StepConfig(context.Config);
        if (ItemsOf(config) is not { } items)
            return StepResult.Failure(ItemsType, "config.items must be a list, or {\"range\": n} or {\"range\": [first, last]}.");
        var most = (int)(config.Number("max_items", 1, MostItems) ?? MostItems);
        if (items.Count > most)
            return StepResult.Failure(ItemsLimit, $"There are {items.Count} items; at most {most} are allowed.");
        if (items.Sum(Size) > MaxItemBytes)
            return StepResult.Failure(ItemsLimit, $"The items together have more than {MaxItemBytes / 1024} KiB; hand over what identifies them and fetch the rest in the body.");
        if (items.Count == 0)
            return new StepResult.Completed(JsonSerializer.SerializeToElement(
                new { Results = Array.Empty<object>(), Count = 0, Succeeded = 0, Failed = 0, Errors = Array.Empty<object>() }, NextLayerJson.Options));
        var output = config.Find("output");
        var children = new ChildrenWait
        {
            Items = Batch(items, (int)(config.Number("batch_size", 1, 1000) ?? 1)),
            WorkflowId = WorkflowOf(config),
            Version = (int?)config.Number("version", 1, int.MaxValue),
            Concurrency = (int)(config.Number("concurrency", 1, 50) ?? 5),
            OnItemError = config.Text("on_item_error") switch
            {
                null or "fail_fast" => OnItemError.FailFast,
                "collect" => OnItemError.Collect,
                "ignore" => OnItemError.Ignore,
                _ => throw config.Wrong("on_item_error", "fail_fast, collect or ignore"),
            },
            MaxFailures = (int?)config.Number("max_failures", 0, MostItems),
            Output = output,
            Scope = config.Find("body") is { } body ? Capture(context, body, output) : null,
        };
        return new StepResult.Waiting(WaitReason.Children) { Wait = new StepWait { Children = children } };
    }

    /// <returns>Null when it is no list.</returns>
    private static List<JsonElement>? ItemsOf(StepConfig config)
    {
        if (config.Find("items") is not { } items)
            return null;
        if (items.ValueKind == JsonValueKind.Array)
            return [.. items.EnumerateArray()];
        if (items.ValueKind != JsonValueKind.Object || !items.TryGetProperty("range", out var range))
            return null;
        return RangeOf(range) is var (first, last) && last - first < 10L * MostItems
            ? [.. Enumerable.Range(0, (int)Math.Max(last - first + 1, 0)).Select(i => JsonSerializer.SerializeToElement(first + i))]
            : null;
    }

    /// <summary><c>n</c> counts from 0 to n − 1; <c>[first, last]</c> includes both.</summary>
    private static (long First, long Last)? RangeOf(JsonElement range)
    {
        if (range.ValueKind == JsonValueKind.Number && range.TryGetInt32(out var count))
            return (0, count - 1L);
        return range.ValueKind == JsonValueKind.Array && range.GetArrayLength() == 2
            && range[0].ValueKind == JsonValueKind.Number && range[0].TryGetInt32(out var first)
            && range[1].ValueKind == JsonValueKind.Number && range[1].TryGetInt32(out var last)
            ? (first, last)
            : null;
    }

    private static List<JsonElement> Batch(List<JsonElement> items, int size) =>
        size == 1 ? items : [.. items.Chunk(size).Select(chunk => JsonSerializer.SerializeToElement(chunk, NextLayerJson.Options))];

    private static Guid? WorkflowOf(StepConfig config) => config.Text("workflow_id") switch
    {
        null when config.Find("body") is null => throw new StepConfigException("config needs a body or a workflow_id."),
        null => null,
        var text => Guid.TryParse(text, out var id) ? id : throw config.Wrong("workflow_id", "a workflow's id, a UUID"),
    };

    private static JsonElement Capture(StepContext context, JsonElement body, JsonElement? output)
    {
        var scope = ScopeCapture.OfBody(WorkflowDefinition.Parse(body), output, context.Scope);
        return Size(scope) <= MaxScopeBytes
            ? scope
            : throw new StepConfigException(
                $"The body reads {Size(scope) / 1024} KiB of the run around it, and every item's run would get them; at most {MaxScopeBytes / 1024} are allowed. Put what it needs into the items.");
    }

    private static int Size(JsonElement json) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(json).Length;
}

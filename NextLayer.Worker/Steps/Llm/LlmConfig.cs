using System.Text.Json;
using NextLayer.Workflows.Schemas;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>Configuration of a <c>llm_call</c> step, read strictly.</summary>
internal sealed record LlmConfig
{
    public required string Provider { get; init; }
    public required LlmMode Mode { get; init; }

    /// <summary>The first turn, with what the mode asks for already in its instructions.</summary>
    public required LlmRequest Request { get; init; }

    /// <summary>Of the data; only in mode extract.</summary>
    public required JsonSchema? Schema { get; init; }

    public required IReadOnlyList<LlmCategory> Categories { get; init; }
    public required bool IsMulti { get; init; }

    /// <summary>Whether a step for which no class fits fails.</summary>
    public required bool FailsWithoutCategory { get; init; }

    public required int MaxRepairs { get; init; }

    public static LlmConfig Read(JsonElement json)
    {
        var config = new StepConfig(json);
        var mode = config.Choice("mode", LlmMode.Prompt);
        var schema = mode == LlmMode.Extract ? config.Find("schema") ?? throw new StepConfigException("config.schema is required in mode extract.") : (JsonElement?)null;
        var categories = mode == LlmMode.Classify ? ReadCategories(config) : [];
        var multi = config.Flag("multi", false);
        var provider = config.RequiredText("provider");
        var (system, messages) = ReadMessages(config);
        return new LlmConfig
        {
            Provider = provider,
            Mode = mode,
            Schema = schema is { } s ? Compile(s) : null,
            Categories = categories,
            IsMulti = multi,
            FailsWithoutCategory = ReadFallback(config),
            MaxRepairs = (int)(config.Number("max_repairs", 0, 5) ?? 1),
            Request = new LlmRequest
            {
                Model = config.Text("model") is { Length: > 0 } model ? model
                    : provider == FakeProvider.ProviderName ? FakeProvider.ProviderName
                    : throw new StepConfigException("config.model is required."),
                System = LlmInstructions.Complete(system, mode, schema, categories, multi),
                Messages = messages,
                Temperature = config.Number("temperature", 0, 2),
                MaxTokens = (int?)config.Number("max_tokens", 1, 200_000),
                WantsJson = mode != LlmMode.Prompt,
                Task = new LlmTask(mode, schema, categories),
            },
        };
    }

    private static bool ReadFallback(StepConfig config) => config.Text("fallback") switch
    {
        null or "other" => false,
        "fail" => true,
        _ => throw config.Wrong("fallback", "other or fail"),
    };

    private static JsonSchema Compile(JsonElement schema) => JsonSchema.TryCompile(schema, out var errors)
        ?? throw new StepConfigException($"config.schema is no usable schema: {string.Join(" ", errors.Take(3).Select(e => $"{e.Path} {e.Message}".Trim()))}");

    private static List<LlmCategory> ReadCategories(StepConfig config)
    {
        if (config.Find("categories") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
            throw config.Wrong("categories", "a list of at least one class");
        var categories = list.EnumerateArray()
            .Select((entry, index) => new StepConfig(entry, $"config.categories[{index}]"))
            .Select(entry => new LlmCategory(entry.RequiredText("name"), entry.Text("description"))).ToList();
        return categories.Select(c => c.Name).Distinct().Count() == categories.Count
            ? categories
            : throw config.Wrong("categories", "a list without a name twice");
    }

    private static (string? System, IReadOnlyList<LlmMessage> Messages) ReadMessages(StepConfig config)
    {
        var system = config.Text("system") is { Length: > 0 } given ? new List<string> { given } : [];
        var messages = new List<LlmMessage>();
        foreach (var message in ReadList(config))
        {
            var (role, content) = (message.RequiredText("role"), message.RequiredText("content"));
            if (role == "system")
                system.Add(content);
            else if (role is "user" or "assistant")
                messages.Add(new LlmMessage(role, content));
            else
                throw message.Wrong("role", "system, user or assistant");
        }

        if (config.Text("prompt") is { Length: > 0 } prompt)
            messages.Add(new LlmMessage("user", prompt));
        if (messages.Count == 0 || messages[^1].Role != "user")
            throw new StepConfigException("config needs prompt, or messages that end with one of the user.");
        return (system.Count > 0 ? string.Join("\n\n", system) : null, messages);
    }

    private static IEnumerable<StepConfig> ReadList(StepConfig config) => config.Find("messages") switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Select((m, i) => new StepConfig(m, $"config.messages[{i}]")),
        _ => throw config.Wrong("messages", "a list"),
    };
}

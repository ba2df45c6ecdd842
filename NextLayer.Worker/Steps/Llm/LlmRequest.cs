using System.Text.Json;

namespace NextLayer.Worker.Steps.Llm;

internal enum LlmMode
{
    /// <summary>Text for text.</summary>
    Prompt,

    /// <summary>Data that fits a schema.</summary>
    Extract,

    /// <summary>One of several classes, or several.</summary>
    Classify,
}

/// <param name="Role"><c>user</c> or <c>assistant</c>; what the system says stands apart.</param>
/// <param name="Content">Its text.</param>
internal sealed record LlmMessage(string Role, string Content);

/// <summary>One turn of a conversation, as every provider can be asked it.</summary>
internal sealed record LlmRequest
{
    public required string Model { get; init; }

    /// <summary>Instructions; null for none.</summary>
    public required string? System { get; init; }

    public required IReadOnlyList<LlmMessage> Messages { get; init; }
    public required double? Temperature { get; init; }
    public required int? MaxTokens { get; init; }

    /// <summary>True where the answer must be JSON.</summary>
    public required bool WantsJson { get; init; }

    /// <summary>What is wanted, for a provider that makes answers up.</summary>
    public required LlmTask Task { get; init; }

    public LlmRequest With(params LlmMessage[] more) => this with { Messages = [.. Messages, .. more] };
}

/// <summary>What an answer must be.</summary>
internal sealed record LlmTask(LlmMode Mode, JsonElement? Schema, IReadOnlyList<LlmCategory> Categories);

/// <param name="Name">Also the port that is gone on from.</param>
/// <param name="Description">What belongs there; null for nothing to say.</param>
internal sealed record LlmCategory(string Name, string? Description);

/// <summary>Why a model stopped.</summary>
internal enum LlmFinish
{
    Stop,

    /// <summary>It reached the longest answer allowed.</summary>
    Length,

    /// <summary>It, or a filter round it, would not answer.</summary>
    Refusal,
}

/// <summary>One answer.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Finish">Why it ends there.</param>
/// <param name="Model">Model that answered, as the provider names it.</param>
/// <param name="InputTokens">Of the question, as the provider counts.</param>
/// <param name="OutputTokens">Of the answer.</param>
internal sealed record LlmAnswer(string Content, LlmFinish Finish, string Model, long InputTokens, long OutputTokens);

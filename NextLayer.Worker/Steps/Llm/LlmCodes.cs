namespace NextLayer.Worker.Steps.Llm;

/// <summary>What a <c>llm_call</c> step reports when it fails.</summary>
internal static class LlmCodes
{
    /// <summary>429; tried again.</summary>
    public const string RateLimit = "LLM_RATE_LIMIT";

    /// <summary>The account has nothing left; waiting does not help.</summary>
    public const string Quota = "LLM_QUOTA";

    /// <summary>5xx; tried again.</summary>
    public const string Unavailable = "LLM_UNAVAILABLE";

    /// <summary>401 or 403.</summary>
    public const string Auth = "LLM_AUTH";

    /// <summary>Any other refusal: an unknown model, a question that is too long.</summary>
    public const string Request = "LLM_REQUEST";

    /// <summary>A success that cannot be read; tried again.</summary>
    public const string Response = "LLM_RESPONSE";

    /// <summary>The answer does not fit the schema, and repairs did not help.</summary>
    public const string Schema = "LLM_SCHEMA";

    /// <summary>The answer was cut off at <c>max_tokens</c>.</summary>
    public const string Length = "LLM_LENGTH";

    /// <summary>The model would not answer.</summary>
    public const string Refused = "LLM_REFUSED";

    /// <summary>No class fits, and <c>fallback</c> is <c>fail</c>.</summary>
    public const string NoCategory = "LLM_NO_CATEGORY";
}

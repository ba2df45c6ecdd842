namespace NextLayer.Contracts.Registry;

/// <summary>Patterns that several requests share, each with its sentence.</summary>
internal static class Rules
{
    public const string NotBlank = @"[\s\S]*\S[\s\S]*";
    public const string NotBlankMessage = "must not be blank.";

    public const string Slug = "[a-zA-Z0-9_]{3,50}";
    public const string SlugMessage = "must have 3 to 50 letters, digits or underscores.";
}

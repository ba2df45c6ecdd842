using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Enums in text columns, spelled as on the wire.</summary>
internal static class EnumText
{
    public static string Of<T>(T value)
        where T : struct, Enum =>
        Spelling<T>.Texts[value];

    public static T Parse<T>(string text)
        where T : struct, Enum =>
        TryParse<T>(text, out var value)
            ? value
            : throw new InvalidOperationException($"A column holds '{text}', which is no {typeof(T).Name} this build knows.");

    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum =>
        Spelling<T>.Values.TryGetValue(text, out value);

    /// <summary>All spellings, for the sentence that refuses another.</summary>
    public static IEnumerable<string> All<T>()
        where T : struct, Enum =>
        Spelling<T>.Values.Keys;

    private static class Spelling<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Texts = Enum.GetValues<T>()
            .ToDictionary(value => value, value => JsonSerializer.SerializeToElement(value, NextLayerJson.Options).GetString()!); // Our enums are strings.

        public static readonly Dictionary<string, T> Values = Texts.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}

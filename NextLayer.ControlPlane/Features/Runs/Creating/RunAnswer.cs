using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Features.Runs.Creating;

/// <summary>
/// The answer of a call that makes a run, as it is kept for repeats. It is put together before the run is inserted,
/// because both are one statement; where it tells <c>created_at</c>, it comes in two halves, and the database, whose
/// clock decides, writes the time between them.
/// </summary>
/// <param name="Body">All of it, or what stands before the time.</param>
/// <param name="Rest">What stands behind the time; null when the answer tells none.</param>
internal sealed record RunAnswer(int Status, string? Location, byte[] Body, byte[]? Rest = null)
{
    public static RunAnswer Of<T>(int status, string? location, T answer) =>
        new(status, location, JsonSerializer.SerializeToUtf8Bytes(answer, NextLayerJson.Options));

    /// <param name="answer">An object with a member <c>created_at</c>, of whatever value.</param>
    public static RunAnswer WithCreationTime<T>(int status, string? location, T answer)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, NextLayerJson.Options);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = NextLayerJson.MaxSentDepth });
        while (reader.Read())
        {
            // Only the answer's own member: the run's input may have one of the same name.
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("created_at"u8))
                continue;
            reader.Read();
            return new RunAnswer(status, location, json[..(int)reader.TokenStartIndex], json[(int)reader.BytesConsumed..]);
        }

        throw new InvalidOperationException($"{typeof(T).Name} has no member created_at.");
    }
}

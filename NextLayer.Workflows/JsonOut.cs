using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NextLayer.Workflows;

/// <summary>Makes JSON elements that belong to no pooled document and so may be kept.</summary>
internal static class JsonOut
{
    // The JSON goes into database columns and request bodies, never into HTML, so "<" and "é" stay readable.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly JsonElement Null = Parse("null"u8);

    public static readonly JsonElement EmptyObject = Parse("{}"u8);

    /// <summary>
    /// Whether System.Text.Json met an escaped half of a surrogate pair: valid JSON that it parses, and then cannot read as text.
    /// </summary>
    public static bool IsBrokenText(InvalidOperationException exception) =>
        exception.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true;

    public static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 512 });
        return JsonElement.ParseValue(ref reader);
    }

    public static JsonElement Write(Action<Utf8JsonWriter> write) => Parse(WriteBytes(write));

    /// <summary>Bytes of the JSON as it was written or read.</summary>
    public static int SizeOf(JsonElement json) => JsonMarshal.GetRawUtf8Value(json).Length;

    public static byte[] WriteBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }
}

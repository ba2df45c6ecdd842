using System.Buffers.Binary;
using System.Text;

namespace NextLayer.Tests.Support;

/// <summary>One field of a protobuf message as it stands on the wire, without a schema.</summary>
/// <param name="Number">The field's number in its message.</param>
/// <param name="Bits">Value of a varint, fixed32 or fixed64 field.</param>
/// <param name="Bytes">Content of a length-delimited field: a string, bytes or a message.</param>
internal readonly record struct ProtobufField(int Number, ulong Bits, ReadOnlyMemory<byte> Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public string Hex => Convert.ToHexStringLower(Bytes.Span);
}

/// <summary>Walks protobuf without generated code: enough to look into OTLP requests.</summary>
internal static class Protobuf
{
    /// <summary>The fields of a message in wire order; repeated fields come once each.</summary>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = ReadVarint(message.Span, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new(number, ReadVarint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default);
                    at += 8;
                    break;
                case 2:
                    var length = (int)ReadVarint(message.Span, ref at);
                    yield return new(number, 0, message.Slice(at, length));
                    at += length;
                    break;
                case 5:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Field {number} has wire type {key & 7}.");
            }
        }
    }

    /// <summary>The sub-messages (or strings) of a field, through nested fields when more numbers are given.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> message, params int[] path) =>
        path.Aggregate<int, IEnumerable<ReadOnlyMemory<byte>>>(
            [message], (found, number) => found.SelectMany(m => Fields(m).Where(f => f.Number == number).Select(f => f.Bytes)));

    /// <summary>The first such field, or the default with empty content: protobuf leaves defaults out.</summary>
    public static ProtobufField Field(ReadOnlyMemory<byte> message, int number) =>
        Fields(message).FirstOrDefault(f => f.Number == number);

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}

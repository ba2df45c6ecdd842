namespace NextLayer.Tests.Support;

/// <summary>A span as a collector gets it.</summary>
/// <param name="Service"><c>service.name</c> of the process that sent it.</param>
/// <param name="ParentId">Empty for a root.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Status">0 unset, 1 ok, 2 error.</param>
internal sealed record OtlpSpan(
    string Service, string Source, string Name, string TraceId, string SpanId, string ParentId, int Kind, int Status,
    DateTimeOffset Start, DateTimeOffset End, IReadOnlyDictionary<string, object?> Tags);

/// <summary>One point of an instrument; sum and count of a histogram, else the value.</summary>
internal sealed record OtlpPoint(
    string Service, string Meter, string Name, string Unit, double Value, ulong Count, IReadOnlyDictionary<string, object?> Tags);

/// <summary>A log record.</summary>
internal sealed record OtlpLog(
    string Service, string Category, string Severity, string Body, string TraceId, string SpanId,
    IReadOnlyDictionary<string, object?> Tags);

/// <summary>
/// Reads the three export requests of OTLP 1.x. The numbers are the fields of opentelemetry-proto's
/// <c>trace/v1</c>, <c>metrics/v1</c>, <c>logs/v1</c> and <c>common/v1</c>.
/// </summary>
internal static class OtlpMessages
{
    public static IEnumerable<OtlpSpan> Spans(ReadOnlyMemory<byte> request) =>
        from resource in Protobuf.Messages(request, 1)
        let service = Service(resource)
        from scope in Protobuf.Messages(resource, 2)
        let source = ScopeName(scope)
        from span in Protobuf.Messages(scope, 2)
        select new OtlpSpan(
            service, source, Protobuf.Field(span, 5).Text,
            Protobuf.Field(span, 1).Hex, Protobuf.Field(span, 2).Hex, Protobuf.Field(span, 4).Hex,
            (int)Protobuf.Field(span, 6).Bits, (int)Protobuf.Field(Protobuf.Field(span, 15).Bytes, 3).Bits,
            Time(Protobuf.Field(span, 7)), Time(Protobuf.Field(span, 8)), Tags(span, 9));

    public static IEnumerable<OtlpPoint> Points(ReadOnlyMemory<byte> request) =>
        from resource in Protobuf.Messages(request, 1)
        let service = Service(resource)
        from scope in Protobuf.Messages(resource, 2)
        let meter = ScopeName(scope)
        from metric in Protobuf.Messages(scope, 2)
        let name = Protobuf.Field(metric, 1).Text
        let unit = Protobuf.Field(metric, 3).Text
        from data in Protobuf.Fields(metric)
        where data.Number is 5 or 7 or 9 or 10 // gauge, sum, histogram, exponential histogram
        from point in Protobuf.Messages(data.Bytes, 1)
        select data.Number is 5 or 7
            ? new OtlpPoint(service, meter, name, unit, Number(point), 1, Tags(point, 7))
            : new OtlpPoint(
                service, meter, name, unit, BitConverter.UInt64BitsToDouble(Protobuf.Field(point, 5).Bits),
                Protobuf.Field(point, 4).Bits, Tags(point, data.Number == 9 ? 9 : 1));

    public static IEnumerable<OtlpLog> Logs(ReadOnlyMemory<byte> request) =>
        from resource in Protobuf.Messages(request, 1)
        let service = Service(resource)
        from scope in Protobuf.Messages(resource, 2)
        let category = ScopeName(scope)
        from log in Protobuf.Messages(scope, 2)
        select new OtlpLog(
            service, category, Protobuf.Field(log, 3).Text, Value(Protobuf.Field(log, 5).Bytes) as string ?? "",
            Protobuf.Field(log, 9).Hex, Protobuf.Field(log, 10).Hex, Tags(log, 6));

    private static string Service(ReadOnlyMemory<byte> resource) =>
        Tags(Protobuf.Field(resource, 1).Bytes, 1).GetValueOrDefault("service.name") as string ?? "";

    private static string ScopeName(ReadOnlyMemory<byte> scope) => Protobuf.Field(Protobuf.Field(scope, 1).Bytes, 1).Text;

    private static DateTimeOffset Time(ProtobufField nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds.Bits / 100));

    // as_double is field 4, as_int field 6; both are eight bytes.
    private static double Number(ReadOnlyMemory<byte> point) => Protobuf.Fields(point)
        .Where(f => f.Number is 4 or 6)
        .Select(f => f.Number == 4 ? BitConverter.UInt64BitsToDouble(f.Bits) : (long)f.Bits)
        .FirstOrDefault();

    private static Dictionary<string, object?> Tags(ReadOnlyMemory<byte> message, int field)
    {
        var tags = new Dictionary<string, object?>();
        foreach (var tag in Protobuf.Messages(message, field))
            tags[Protobuf.Field(tag, 1).Text] = Value(Protobuf.Field(tag, 2).Bytes);
        return tags;
    }

    private static object? Value(ReadOnlyMemory<byte> any) => Protobuf.Fields(any)
        .Select(field => field.Number switch
        {
            1 => field.Text,
            2 => field.Bits != 0,
            3 => (long)field.Bits,
            4 => BitConverter.UInt64BitsToDouble(field.Bits),
            _ => (object?)null,
        })
        .FirstOrDefault();
}

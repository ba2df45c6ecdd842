using System.Text.Json;
using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Json;

/// <summary>Writes an enum as the Queue API spells it: <c>QUEUED</c>, <c>NEEDS_REAUTH</c>. Numbers are refused.</summary>
public sealed class UpperSnakeEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Writes an enum as the Workflow API spells it: <c>completed</c>, <c>past_due</c>. Numbers are refused.</summary>
public sealed class LowerSnakeEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

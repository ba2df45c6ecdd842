using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Platform.Requests;

namespace NextLayer.ControlPlane.Platform.OpenApi;

/// <summary>Says of types with a converter of ours what they look like on the wire.</summary>
internal static class WireSchemas
{
    public static async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(QueryTime) || type == typeof(QueryTime?) || type == typeof(DateTimeOffset))
            SetTime(schema, JsonSchemaType.String);
        else if (type == typeof(DateTimeOffset?))
            SetTime(schema, JsonSchemaType.String | JsonSchemaType.Null);
        else if (type.IsEnum)
            schema.Type = JsonSchemaType.String;
        else if (type.IsAssignableTo(typeof(IOptional)) && type.IsGenericType)
            await SetOptionalAsync(schema, type.GetGenericArguments()[0], context, ct);
    }

    private static void SetTime(OpenApiSchema schema, JsonSchemaType type)
    {
        schema.Type = type;
        schema.Format = "date-time";
        schema.Properties = null;
    }

    private static async Task SetOptionalAsync(OpenApiSchema schema, Type inner, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var present = await context.GetOrCreateSchemaAsync(Nullable.GetUnderlyingType(inner) ?? inner, cancellationToken: ct);
        schema.Type = present.Type is { } type ? type | JsonSchemaType.Null : null;
        schema.Format = present.Format;
        schema.Properties = null;
    }
}

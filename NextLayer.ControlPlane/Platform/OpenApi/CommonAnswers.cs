using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NextLayer.ControlPlane.Platform.Access;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using NextLayer.ControlPlane.Platform.Registry;
using NextLayer.ControlPlane.Platform.Tenancy;

namespace NextLayer.ControlPlane.Platform.OpenApi;

/// <summary>Adds what every operation shares: problem documents, the idempotency header, the total of lists.</summary>
internal static class CommonAnswers
{
    public const string ProblemSchemaName = "Problem";

    private const string KeyScheme = "api_key";
    private const string BearerScheme = "bearer";

    public static Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        AddProblem(operation, context.Document);
        var endpoint = context.Description.ActionDescriptor.EndpointMetadata;
        if (endpoint.OfType<AcceptsIdempotencyKey>().Any())
            AddIdempotencyKey(operation);
        if (endpoint.OfType<ActsInTenant>().LastOrDefault() is { } acts)
            AddTenant(operation, acts.OrInAll);
        AddAccess(operation, endpoint.OfType<AccessRule>().LastOrDefault(), context.Document);
        if (operation.Parameters?.Any(parameter => parameter.Name is "offset" or "per_page") == true)
            AddTotalCount(operation);
        AddLocation(operation);
        return Task.CompletedTask;
    }

    /// <summary>The schema that all failures share.</summary>
    public static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem document.",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text($"Stable: {Problems.TypePrefix}<code>."),
            ["title"] = Text("Name of the status."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text("What is wrong, in a sentence."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Sentences by the path of the field, where fields are at fault.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text(null) },
            },
            ["trace_id"] = Text("On a 500: where the log has the rest."),
        },
    };

    private static OpenApiSchema Text(string? description) => new() { Type = JsonSchemaType.String, Description = description };

    private static void AddProblem(OpenApiOperation operation, OpenApiDocument? document)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "Any failure.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchemaName, document) },
            },
        });
    }

    private static void AddIdempotencyKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyRequest.HeaderName,
            In = ParameterLocation.Header,
            Description = "Makes the call repeatable: the same key and body give the first answer, another body gives 422.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
        });
    }

    /// <summary>The two ways to show a credential.</summary>
    public static void AddSchemes(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiSecurityScheme>(KeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "A key made by POST /api/v1/api-keys: nlk_<id>_<secret>.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(BearerScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A JWT of the identity provider, or a key.",
        });
    }

    private static void AddAccess(OpenApiOperation operation, AccessRule? rule, OpenApiDocument? document)
    {
        if (rule is null or { IsOpen: true })
            return;
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] },
        ];
        if (rule.Permission is { } permission)
            operation.Description = $"Needs the permission `{EnumText.Of(permission)}`. {operation.Description}".TrimEnd();
    }

    private static void AddTenant(OpenApiOperation operation, bool orInAll)
    {
        operation.Parameters ??= [];
        if (orInAll)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = CallerTenant.QueryName,
                In = ParameterLocation.Query,
                Description = "The tenant to look at, for who can send no header; all that the caller may see when absent.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
            });
        }

        operation.Parameters.Add(new OpenApiParameter
        {
            Name = CallerTenant.HeaderName,
            In = ParameterLocation.Header,
            Description = orInAll ? "The tenant to look at; all that the caller may see when absent." : "The tenant to act in; when absent the caller's only one, or the tenant default.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
        });
    }

    private static void AddLocation(OpenApiOperation operation)
    {
        if (operation.Responses?.TryGetValue("201", out var answer) != true || answer is not OpenApiResponse created)
            return;
        created.Headers ??= new Dictionary<string, IOpenApiHeader>();
        created.Headers["Location"] = new OpenApiHeader
        {
            Description = "Address of what was made.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }

    private static void AddTotalCount(OpenApiOperation operation)
    {
        if (operation.Responses?.TryGetValue("200", out var answer) != true || answer is not OpenApiResponse page)
            return;
        page.Headers ??= new Dictionary<string, IOpenApiHeader>();
        page.Headers[PageQueryExtensions.TotalCount] = new OpenApiHeader
        {
            Description = "Number of all items; a plus behind it says that there are more.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }
}

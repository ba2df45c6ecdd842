namespace NextLayer.ControlPlane.Platform.Idempotency;

/// <summary>Reads and checks the idempotency key before the endpoint runs, so that <see cref="IdempotencyRequest.From"/> has it.</summary>
internal static class IdempotencyFilter
{
    /// <summary>For endpoints that create: they must keep their answer under the key.</summary>
    public static RouteHandlerBuilder WithIdempotencyKey(this RouteHandlerBuilder builder) =>
        builder
            .WithMetadata(new AcceptsIdempotencyKey())
            .AddEndpointFilter((context, next) =>
            {
                if (IdempotencyRequest.TryRead(context.HttpContext, out var request) is { } refusal)
                    return new ValueTask<object?>(refusal);
                context.HttpContext.Features.Set(request);
                return next(context);
            });
}

/// <summary>Endpoint metadata from which the OpenAPI document lists the header.</summary>
internal sealed record AcceptsIdempotencyKey;

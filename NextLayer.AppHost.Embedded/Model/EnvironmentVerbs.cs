namespace NextLayer.AppHost.Embedded;

/// <summary>Aspire's verbs that end in environment variables, with the names that Aspire gives them.</summary>
public static class EnvironmentVerbs
{
    /// <summary>Sets a variable; null leaves it out.</summary>
    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> builder, string name, string? value) =>
        builder.Fill(variables =>
        {
            if (value is not null)
                variables[name] = value;
        });

    /// <summary>Sets a variable to an address.</summary>
    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> builder, string name, EndpointReference endpoint) =>
        builder.Fill(variables => variables[name] = endpoint.Url);

    /// <summary>
    /// <c>ConnectionStrings__name</c>, and for a database also its parts (<c>NAME_HOST</c> …). Nothing when the resource does not run here.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithReference(this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithConnectionString> source)
    {
        var resource = source.Resource;
        builder.Resource.Environment.Add(async (variables, ct) =>
        {
            if (await resource.GetConnectionStringAsync(ct) is not { } connectionString)
                return;

            variables[$"ConnectionStrings__{resource.Name}"] = connectionString;
            if (resource is not PostgresDatabaseResource)
                return;
            foreach (var (property, value) in PostgresDatabaseResource.Properties(connectionString))
                variables[$"{Upper(resource.Name)}_{property}"] = value;
        });
        return builder;
    }

    /// <summary><c>services__control-plane__http__0</c> for service discovery, and <c>CONTROL_PLANE_HTTP</c> for everybody else.</summary>
    public static IResourceBuilder<ProjectResource> WithReference(this IResourceBuilder<ProjectResource> builder, EndpointReference endpoint) =>
        builder.Fill(variables =>
        {
            variables[$"services__{endpoint.Resource.Name}__{endpoint.EndpointName}__0"] = endpoint.Url;
            variables[$"{Upper(endpoint.Resource.Name)}_{Upper(endpoint.EndpointName)}"] = endpoint.Url;
        });

    private static IResourceBuilder<ProjectResource> Fill(this IResourceBuilder<ProjectResource> builder, Action<IDictionary<string, string>> fill)
    {
        builder.Resource.Environment.Add((variables, _) =>
        {
            fill(variables);
            return ValueTask.CompletedTask;
        });
        return builder;
    }

    private static string Upper(string name) => name.ToUpperInvariant().Replace('-', '_');
}

namespace NextLayer.AppHost.Embedded;

/// <summary>Aspire's verbs for Postgres and Redis, with their meaning there.</summary>
public static class ServerVerbs
{
    /// <summary>Adds a PostgreSQL server with a generated password.</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new PostgresServerResource(name));

    /// <summary>Keeps the data from one start to the next. Without it the data goes with the AppHost.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null)
    {
        builder.Resource.DataVolume = name ?? builder.Resource.Name;
        return builder;
    }

    /// <summary>Adds a database, created when the server is up and has none of that name.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name)
    {
        var database = new PostgresDatabaseResource(name, builder.Resource);
        builder.Resource.Databases.Add(database);
        return builder.ApplicationBuilder.AddResource(database);
    }

    /// <summary>Adds a Redis with a generated password. Where the machine has no <c>redis-server</c>, nobody gets a connection string.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new RedisResource(name));

    /// <summary>Keeps Redis on plain TCP. Here it never speaks anything else.</summary>
    public static IResourceBuilder<RedisResource> WithoutHttpsCertificate(this IResourceBuilder<RedisResource> builder) => builder;
}

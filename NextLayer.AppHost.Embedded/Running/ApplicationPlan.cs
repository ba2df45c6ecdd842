using System.Globalization;
using NextLayer.AppHost.Embedded.Output;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.AppHost.Embedded.Proxy;
using NextLayer.AppHost.Embedded.Servers;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>One resource of the picture with the supervisors of its processes.</summary>
internal sealed record PlannedResource(IResource Resource, IReadOnlyList<Supervisor> Supervisors, IReadOnlyList<IResource> WaitsFor)
{
    /// <summary>Completes when every replica was healthy once.</summary>
    public Task Healthy { get; } = Task.WhenAll(Supervisors.Select(supervisor => supervisor.Healthy));
}

/// <summary>Turns the picture into supervisors: gives out ports, makes logs, sets proxies before replicas.</summary>
internal sealed class ApplicationPlan(RunFolder folder, StateBoard board, IResourceOutput output, EmbeddedOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly List<PlannedResource> planned = [];
    private readonly List<ResourceLog> logs = [];
    private readonly List<RoundRobinProxy> proxies = [];
    private readonly List<int> ports = [];

    public IReadOnlyList<PlannedResource> Resources => planned;

    public void Add(IReadOnlyList<IResource> resources)
    {
        // All ports first: a resource may refer to one that is drawn further down.
        foreach (var endpoint in resources.OfType<ProjectResource>().SelectMany(project => project.Endpoints))
            endpoint.Allocated = Take(endpoint);

        foreach (var resource in resources)
        {
            var supervisors = resource switch
            {
                PostgresServerResource postgres => [Plan(postgres)],
                RedisResource redis => Plan(redis),
                ProjectResource project => Plan(project),
                _ => Array.Empty<Supervisor>(),
            };
            planned.Add(new PlannedResource(resource, supervisors, resource is ProjectResource waiting ? waiting.WaitsFor : []));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies)
            await proxy.DisposeAsync();
        foreach (var supervisor in planned.SelectMany(resource => resource.Supervisors))
            supervisor.Dispose();
        logs.ForEach(log => log.Dispose());
        ports.ForEach(Ports.Release);
    }

    private Supervisor Plan(PostgresServerResource postgres)
    {
        var log = Log(postgres.Name, terminal: null);
        var data = folder.Volume(postgres.DataVolume ?? postgres.Name);
        board.Add(new ReplicaState { Resource = postgres.Name, Replica = 1, Label = postgres.Name, Log = log.Path });
        return new Supervisor(new SupervisedPostgres(postgres, data, log, server => Started(postgres.Name, server.Port, server.DataDirectory, data)), board, time);
    }

    private Supervisor[] Plan(RedisResource redis)
    {
        if (!RedisServer.IsInstalled)
        {
            board.Add(new ReplicaState { Resource = redis.Name, Replica = 1, Label = redis.Name });
            board.Change(redis.Name, state => state with { State = ReplicaPhase.Unavailable },
                "no redis-server on this machine; going on without it, news then come by polling the database. ./start.sh installs it");
            redis.ConnectionString.TrySetResult(null);
            return [];
        }

        var log = Log(redis.Name, terminal: null);
        board.Add(new ReplicaState { Resource = redis.Name, Replica = 1, Label = redis.Name, Log = log.Path });
        return [new Supervisor(new SupervisedRedis(redis, log, server => Started(redis.Name, server.Port)), board, time)];
    }

    private Supervisor[] Plan(ProjectResource project)
    {
        var replicaPorts = project.Replicas == 1
            ? [project.Endpoints.Select(endpoint => endpoint.Port).ToList()]
            : Enumerable.Range(0, project.Replicas).Select(_ => project.Endpoints.Select(_ => Allocate()).ToList()).ToList();
        if (project.Replicas > 1)
            proxies.AddRange(project.Endpoints.Select((endpoint, index) => RoundRobinProxy.Start(endpoint.Port, [.. replicaPorts.Select(own => own[index])])));

        return [.. replicaPorts.Select((own, index) => PlanReplica(project, index + 1, own))];
    }

    private Supervisor PlanReplica(ProjectResource project, int replica, List<int> own)
    {
        var label = project.Replicas == 1 ? project.Name : string.Create(CultureInfo.InvariantCulture, $"{project.Name}-{replica}");
        var log = Log(label, output);
        board.Add(new ReplicaState
        {
            Resource = project.Name,
            Replica = replica,
            Label = label,
            Address = own.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"http://localhost:{own[0]}"),
            Endpoint = project.Endpoints.FirstOrDefault()?.Url,
            Log = log.Path,
        });
        return new Supervisor(new SupervisedProject(project, label, own, log), board, time);
    }

    private void Started(string label, int port, string? realData = null, string? wantedData = null)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        board.Change(label, state => state with { Address = address, Endpoint = address }, realData is null ? null : $"data in {realData}");
        if (realData != wantedData)
            output.Say($"The data of {label} is in {realData}, because its user cannot enter {Path.GetDirectoryName(wantedData)}.");
    }

    private ResourceLog Log(string label, IResourceOutput? terminal)
    {
        var log = new ResourceLog(folder.Logs, label, terminal);
        logs.Add(log);
        return log;
    }

    private int Take(EndpointReference endpoint)
    {
        if (endpoint.WantedPort is not { } wanted || options.RandomizePorts)
            return Allocate();

        var port = Ports.AllocateFrom(wanted);
        ports.Add(port);
        if (port != wanted)
            output.Say($"Port {wanted} is taken by another program; {endpoint.Resource.Name} is at http://localhost:{port} instead.");
        return port;
    }

    private int Allocate()
    {
        var port = Ports.Allocate();
        ports.Add(port);
        return port;
    }
}

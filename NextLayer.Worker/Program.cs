using NextLayer.Worker;
using NextLayer.Worker.Sandbox;

// The sandbox comes first: it is the same executable in another role, and loads nothing of the worker.
return args is [SandboxHost.Argument] ? await SandboxHost.RunAsync() : await WorkerProgram.RunAsync(args);

using NextLayer.Demo;

DemoApp.Create(args).Run();
